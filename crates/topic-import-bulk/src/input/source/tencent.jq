# Tencent Cloud Chat: another app, or another region
module {
  reads: "answers of get_topic of another app or region",
  leaves_out: "nothing; an ID that the service assigned is not sent, one that the app chose is kept",
  files: ["*.json"],
  elements: [".TopicAndSelfInfo[]", ".TopicInfo[]"],
  members: ["ErrorCode", "ErrorInfo", "TopicInfo", "GroupID", "GroupId", "TopicId", "TopicName", "FaceUrl", "Notification", "Introduction", "CustomString", "CreateTime"],
  element: "topic",
  names: [".TopicInfo.TopicName", ".TopicName"],
  group: "community",
  has_groups: true,
  part: ".TopicId",
  wanted: "an answer of get_topic: it has no `TopicAndSelfInfo`"
};

if ((.ErrorCode | whole) // 0) != 0 then
  {problem: {message: "is no topic: the service answered \(.ErrorCode) \(.ErrorInfo | tojson)"}}
elif ((.TopicInfo | objects) // .).TopicId | filled == null then
  {problem: {message: "has no `TopicId`, which every topic has"}}
else
  (.TopicInfo | objects) // .
  | (.GroupID // .GroupId) as $given
  | ((.TopicId // "") | split("@TOPIC#_")) as $parts
  | (if ($parts | length) > 1 then $parts[1:] | join("@TOPIC#_") else null end) as $custom
  | ($given // (if $custom then $parts[0] else null end)) as $community
  | (($custom != null) and ($custom | startswith("@TOPIC#") | not)) as $is_chosen
  | {
    of: .,
    id: ($custom | if isstring then ltrimstr("@TOPIC#") else . end),
    group: {id: $community, GroupId: $community},
    topic: (if $is_chosen then $custom else null end),
    TopicName, FaceUrl, Notification, Introduction, CustomString, CreateTime,
    notes: (if $custom != null and ($is_chosen | not) then ["TopicId: \(.TopicId | tojson) was assigned by the service, and is not sent"] else [] end)
  }
end
