# Matrix
module {
  reads: "answers of a space's hierarchy, of publicRooms, or of Synapse's list of rooms",
  leaves_out: "space: spaces, which hold rooms; direct: rooms of two persons; private: rooms that one is invited to, or must ask to enter; voice: calls",
  files: ["*.json"],
  elements: [".rooms[]", ".chunk[]"],
  members: ["room_id", "room_type", "name", "topic", "canonical_alias", "avatar_url", "join_rule", "join_rules", "joined_members", "num_joined_members", "is_direct"],
  element: "room",
  names: [".name", ".canonical_alias", ".room_id"],
  group: "space",
  wanted: "a list of rooms as Matrix answers with one: it has neither `rooms` nor `chunk`"
};

((.name | filled) // (.canonical_alias | filled)) as $name
| (.avatar_url | filled) as $avatar
| ((.join_rule | filled) // .join_rules) as $join
| if .room_id | begins_with("!") | not then
    (if .room_id | filled then "`.room_id` is \(.room_id | tojson), and no ID of a room of Matrix"
      else "has no `room_id`, which every room of Matrix has" end) as $message
    | {problem: {$message}}
  elif .room_type == "m.space" then {left_out: "space"}
  elif .room_type == "org.matrix.msc3417.call" or .room_type == "m.call" then {left_out: "voice"}
  elif .is_direct | is_yes then {left_out: "direct"}
  elif $name == null and ((.joined_members // .num_joined_members // 3) <= 2) then {left_out: "direct"}
  else
    {
      id: .room_id,
      TopicName: $name,
      Notification: .topic,
      FaceUrl: (if ($avatar | isstring) and ($avatar | begins_with("mxc:") | not) then $avatar else null end),
      CustomString: {source: "matrix", id: .room_id},
      left_out: (if $join | is_among("invite private knock") then "private" else null end),
      notes: (if $avatar | begins_with("mxc:") then ["FaceUrl: \($avatar | tojson) is no URL that others can open: left out"] else [] end)
    }
  end
