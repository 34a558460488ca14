# Microsoft Teams
module {
  reads: "Graph's answers that list the channels of a team",
  leaves_out: "private: private channels, and shared ones (also unknownFutureValue), which have members of their own; direct: chats; archived: archived channels",
  files: ["*.json"],
  elements: [".value[]", ".channels[]", ".[]"],
  members: ["id", "createdDateTime", "displayName", "description", "membershipType", "isArchived", "chatType", "visibility", "resourceProvisioningOptions"],
  names: [".displayName"],
  group: "team",
  wanted: "a list of channels as Microsoft Graph answers with one: it has no `value`"
};

def is_chat: (.chatType | filled) != null or ((.id | isstring) and ((.id | endswith("@unq.gbl.spaces")) or (.id | endswith("@thread.v2"))));

# Graph calls a shared channel `unknownFutureValue` where it is not asked for what is newer than its first version.
def is_public:
  .membershipType | filled
  | if . == null or . == "standard" then true
  elif is_among("private shared unknownFutureValue") then false
  else null end;

# What the answer is a list of, such as `teams('…')/channels`.
def listed: $around[0]["@odata.context"] | if isstring then split("#")[1:] | join("#") else "" end;

def is_team:
  (.visibility | filled) != null or .resourceProvisioningOptions != null
    or (listed | . == "teams" or (begins_with("teams(") and (begins_with("teams('") | not)));

# What an element is whose ID is not that of a channel.
def no_channel:
  if is_team then "is a team, and no channel: list the channels of each team"
  else
    (listed | if . == "" then "" else ", and not that of \(.)" end) as $and_not
    | "`.id` is \(.id | tojson), and that of a channel begins with 19: give the answer of /teams/{id}/channels\($and_not)"
  end;

if is_chat then {left_out: "direct"}
elif .id | filled == null then {problem: {message: "has no `id`, which every channel of Teams has"}}
elif .id | begins_with("19:") | not then
  {problem: {message: no_channel}}
elif is_public == null then
  {problem: {message: "`.membershipType` is \(.membershipType | tojson), which is not a known type of Teams channel"}}
else
  {
    id,
    group: {id: ($around[0]["@odata.context"] | if isstring then (capture("teams\\('(?<id>[^']+)'\\)/").id // null) else null end)},
    TopicName: .displayName,
    Introduction: .description,
    CreateTime: .createdDateTime,
    CustomString: {source: "teams", id},
    left_out: [
      if .isArchived | is_yes then "archived" else empty end,
      if is_public then empty else "private" end
    ]
  }
end
