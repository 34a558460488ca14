# Slack
module {
  reads: "the files of a workspace export (channels.json, groups.json), or answers of conversations.list, conversations.info and admin.conversations.search",
  leaves_out: "direct: conversations of one or more persons; private: private channels; archived: archived channels",
  files: ["channels.json", "groups.json", "dms.json", "mpims.json"],
  elements: [".[]", ".channels[]", ".groups[]", ".conversations[]", ".channel"],
  members: ["id", "name", "created", "topic", "purpose", "is_archived", "is_deleted", "is_im", "is_mpim", "is_private", "is_group", "user", "context_team_id"],
  wanted: "a list of channels as Slack exports it (channels.json)",
  is_escaped: true
};

# The ID of a conversation of two begins with a D; one of several is called after them.
def is_direct:
  (.is_im | is_yes) or (.is_mpim | is_yes) or .user != null
  or ((.id | isstring) and (.id | startswith("D")))
  or ((.name | isstring) and (.name | startswith("mpdm-")))
  or $file == "dms.json" or $file == "mpims.json";

# Exports of `groups.json` do not say it: all of them are private, and so was what has an ID with a G.
def is_of_group: ($file == "groups.json") or ($at == ["groups"]) or ((.id | isstring) and (.id | startswith("G")));

def said: if isobject then .value else . end;

if is_direct then {left_out: "direct"}
elif .id | whole then {problem: {message: "`.id` is a number, and no ID of Slack"}}
else
  {
    id,
    group: {id: .context_team_id},
    TopicName: .name,
    Notification: (.topic | said),
    Introduction: (.purpose | said),
    CreateTime: .created,
    CustomString: (if .id == null then null else {source: "slack", id} end),
    left_out: [
      if (.is_archived | is_yes) or (.is_deleted | is_yes) then "archived" else empty end,
      if (.is_private | is_yes) or (.is_group | is_yes) or is_of_group then "private" else empty end
    ]
  }
end
