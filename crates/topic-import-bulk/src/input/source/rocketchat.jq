# Rocket.Chat
module {
  reads: "answers of channels.list, groups.list, rooms.get and rooms.adminRooms, or mongoexport's rocketchat_room",
  leaves_out: "direct: conversations of persons; private: private groups, and rooms that ask for a code; thread: discussions, which belong to a room; voice: calls; archived: archived rooms; other: conversations with visitors",
  files: ["*.json", "*.jsonl"],
  elements: [".", ".[]", ".update[]", ".channels[]", ".groups[]", ".rooms[]", ".ims[]", ".channel", ".room"],
  members: ["_id", "t", "ts", "name", "fname", "topic", "announcement", "description", "archived", "joinCodeRequired", "prid", "success", "error", "message", "status"],
  element: "room",
  names: [".fname", ".name"],
  wanted: "a list of rooms as Rocket.Chat answers with one",
  lines: true
};

if (isobject | not) or (.t == null) then
  {problem: {message: "is no room of Rocket.Chat: it has no `t`\(if .error or .message then "; it says \({status, error, message} | present | tojson)" else "" end)"}}
elif ._id | mongo | filled == null then {problem: {message: "has no `_id`, which every room of Rocket.Chat has"}}
elif .t == "d" then {left_out: "direct"}
elif .t == "v" then {left_out: "voice"}
elif .t == "l" or .t == "o" then {left_out: "other"}
elif .t != "c" and .t != "p" then {problem: {message: "`.t` is \(.t | tojson), which is not a known type of Rocket.Chat room"}}
elif .prid | filled then {left_out: "thread"}
else
  (._id | mongo) as $id
  | {
    id: $id,
    TopicName: ((.fname | filled) // .name),
    Notification: ((.topic | filled) // .announcement),
    Introduction: .description,
    CreateTime: (.ts | mongo),
    CustomString: {source: "rocketchat", id: $id},
    left_out: [
      if .archived | is_yes then "archived" else empty end,
      if .t == "p" or (.joinCodeRequired | is_yes) then "private" else empty end
    ],
    notes: (if (.topic | filled) and (.announcement | filled) and .topic != .announcement then ["the announcement is left out: Notification is the topic"] else [] end)
  }
end
