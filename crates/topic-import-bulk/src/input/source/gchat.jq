# Google Chat
module {
  reads: "the API's lists of spaces, or the group_info.json of Takeout",
  leaves_out: "direct: direct messages and group conversations; private: spaces that say so",
  files: ["group_info.json", "spaces*.json"],
  elements: [".", ".spaces[]"],
  members: ["id", "_id", "name", "displayName", "spaceType", "type", "singleUserBotDm", "spaceDetails", "createTime", "accessSettings", "error"],
  element: "space",
  names: [".displayName", ".name"],
  group: "organisation",
  wanted: "a list of spaces as Google Chat answers with one, nor a group_info.json"
};

def folder: $path | split("/") | .[-2] // "";

if .error then
  {problem: {message: "is no list of spaces; it says \(.error | tojson)"}}
elif .name | begins_with("spaces/") then
  if .spaceType == "DIRECT_MESSAGE" or .spaceType == "GROUP_CHAT" or .type == "DM" or (.singleUserBotDm | is_yes) then {left_out: "direct"}
  else
    (.name | ltrimstr("spaces/")) as $id
    | {
      id: $id,
      TopicName: .displayName,
      Notification: .spaceDetails.guidelines,
      Introduction: .spaceDetails.description,
      CreateTime: .createTime,
      CustomString: {source: "gchat", id: $id},
      left_out: (if .accessSettings.accessState == "PRIVATE" then "private" else null end)
    }
  end
elif (folder | startswith("DM ")) or (.name == null and ($file | startswith("group_info"))) then {left_out: "direct"}
elif .id != null or ._id != null then
  {problem: {message: "is neither a list of spaces nor a group_info.json: it has an ID of another kind"}}
elif .name then
  (folder | if startswith("Space ") then ltrimstr("Space ") else null end) as $id
  | {
    id: $id,
    TopicName: .name,
    CustomString: (if $id == null then null else {source: "gchat", id: $id} end)
  }
else {problem: {message: "is neither a list of spaces nor a group_info.json"}}
end
