# Mattermost
module {
  reads: "a bulk export (JSONL in which each line says what it holds), or the API's lists of channels",
  leaves_out: "direct: conversations of one or more persons; private: private channels; archived: deleted channels",
  files: ["*.jsonl", "channels*.json"],
  elements: [".", ".[]", ".channels[]"],
  members: ["type", "channel", "id", "team", "team_id", "team_name", "name", "display_name", "header", "purpose", "create_at", "delete_at", "deleted_at", "props", "message", "status_code", "invite_id", "allow_open_invite"],
  names: [".channel.name", ".name"],
  group: "team",
  has_groups: true,
  part: ".name",
  lines: true
};

def channel:
  if .invite_id != null or .allow_open_invite != null then
    {problem: {message: "is a team, and no channel: list the channels of each team"}}
  elif .type == "D" or .type == "G" then {left_out: "direct"}
  elif .type != null and .type != "O" and .type != "P" then
    {problem: {message: "`.type` is \(.type | tojson), which is not a known type of Mattermost channel"}}
  elif (.id | filled) == null and ((.team | filled) == null or (.name | filled) == null) then
    {problem: {message: "has neither an `id` nor `team` and `name`, of which every channel of Mattermost has one"}}
  else
    {
      of: .,
      id: (.id // (if .team != null and .name != null then "\(.team)-\(.name)" else null end)),
      group: {id: .team_id, name: (.team // .team_name)},
      # `name` is what stands in addresses; people see `display_name`.
      TopicName: (if .display_name == null or .display_name == "" then .name else .display_name end),
      Notification: .header,
      Introduction: .purpose,
      CreateTime: .create_at,
      CustomString: ({id, team, name} | present | if length == 0 then null else {source: "mattermost"} + . end),
      left_out: [
        if ((.delete_at | whole) // 0) > 0 or ((.deleted_at | whole) // 0) > 0 then "archived" else empty end,
        if .type == "P" then "private" else empty end
      ]
    }
  end;

def no_line:
  (if isobject and .message != null then "; it says \({status_code, message} | present | tojson)" else "" end) as $says
  | {problem: {message: "does not say what it holds: a line of a Mattermost bulk export has a `type`\($says)"}};

if isobject | not then no_line
elif .type == "channel" then
  if .channel | isobject then .channel | channel
  else {problem: {message: "`channel` is \(.channel | kind): it must be an object"}} end
elif .type == "direct_channel" then {left_out: "direct"}
elif has("display_name") or has("team_id") then channel
elif .type | isstring then empty
else no_line
end
