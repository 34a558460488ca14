# Microsoft Teams
module {
  reads: "Graph's answers that list the channels of a team",
  leaves_out: "private: private channels, and shared ones, which have members of their own; direct: chats; archived: archived channels",
  files: ["*.json"],
  elements: [".value[]", ".channels[]", ".[]"],
  members: ["id", "createdDateTime", "displayName", "description", "membershipType", "isArchived", "chatType", "visibility", "resourceProvisioningOptions"],
  names: [".displayName"],
  group: "team",
  wanted: "a list of channels as Microsoft Graph answers with one: it has no `value`"
};

def is_chat: (.chatType | filled) != null or ((.id | isstring) and ((.id | endswith("@unq.gbl.spaces")) or (.id | endswith("@thread.v2"))));

if is_chat then {left_out: "direct"}
elif (.visibility | filled) or .resourceProvisioningOptions then
  {problem: {message: "is a team, and no channel: list the channels of each team"}}
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
      if .membershipType == "private" or .membershipType == "shared" then "private" else empty end
    ]
  }
end
