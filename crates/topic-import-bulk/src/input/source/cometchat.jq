# CometChat
module {
  reads: "the REST API's lists of groups",
  leaves_out: "private: private groups and those with a password",
  files: ["*.json"],
  elements: [".data[]", ".data", ".[]"],
  members: ["guid", "uid", "name", "type", "description", "icon", "createdAt", "deletedAt"],
  element: "group",
  group: "application",
  wanted: "a list of groups as CometChat answers with one: it has no `data`"
};

if .uid != null then {problem: {message: "is a user, and no group: give the answer of /groups"}}
elif .guid | filled == null then {problem: {message: "has no `guid`, which every group of CometChat has"}}
else
  {
    id: .guid,
    TopicName: .name,
    Introduction: .description,
    FaceUrl: .icon,
    CreateTime: .createdAt,
    CustomString: {source: "cometchat", id: .guid},
    left_out: [
      if (.deletedAt // 0 | filled // 0) != 0 then "archived" else empty end,
      if .type == "private" or .type == "password" or .type == "protected" then "private" else empty end
    ]
  }
end
