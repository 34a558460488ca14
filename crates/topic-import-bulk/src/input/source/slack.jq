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

def said: if isobject then .value else . end;

# An ID of Slack is a letter that says what it is of, and capital letters and digits.
def is_channel_id: (begins_with("C") or begins_with("G")) and . == ascii_upcase;

# What is bound once costs less than what is looked up again and again.
. as {$id, $name, $user, $is_im, $is_mpim, $is_archived, $is_deleted, $is_private, $is_group}
# The ID of a conversation of two begins with a D; one of several is called after them.
| if ($is_im | is_yes) or ($is_mpim | is_yes) or ($user | filled) != null
    or ($id | begins_with("D")) or ($name | begins_with("mpdm-"))
    or $file == "dms.json" or $file == "mpims.json" then
    {left_out: "direct"}
  elif $id | whole then {problem: {message: "`.id` is a number, not a Slack ID"}}
  elif $id | filled == null then {problem: {message: "has no `id`, which every channel of Slack has"}}
  elif ($id | begins_with("U")) or ($id | begins_with("W")) then
    {problem: {message: "is no channel, but a user: its `id` is \($id | tojson); give channels.json, or the answer of conversations.list"}}
  elif $id | is_channel_id | not then
    {problem: {message: "`.id` is \($id | tojson), and no ID of a channel of Slack"}}
  else
    {
      $id,
      group: {id: .context_team_id},
      TopicName: $name,
      Notification: (.topic | said),
      Introduction: (.purpose | said),
      CreateTime: .created,
      CustomString: {source: "slack", $id},
      left_out: [
        if ($is_archived | is_yes) or ($is_deleted | is_yes) then "archived" else empty end,
        # Exports of `groups.json` do not say it: all of them are private, and so was what has an ID with a G.
        if ($is_private | is_yes) or ($is_group | is_yes)
          or $file == "groups.json" or $at[0] == "groups" or ($id | begins_with("G")) then "private" else empty end
      ]
    }
  end
