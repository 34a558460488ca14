# Telegram
module {
  reads: "the result.json of an exported group with topics, or of a whole account",
  leaves_out: "everything but the topics of groups; a topic that was renamed has its last name only where the export says which one it was",
  files: ["result.json"],
  elements: [".messages[]", ".chats.list[].messages[]", ".left_chats.list[].messages[]"],
  members: ["id", "type", "action", "title", "new_title", "date", "date_unixtime", "reply_to_message_id", "reply_to_msg_id"],
  element: "message",
  names: [".title", ".new_title"],
  group: "group",
  has_groups: true,
  part: ".title",
  wanted: "the result.json of Telegram's export: it has no `messages`",
  gathers: true
};

$around[-1] as $chat
| {kind: "group", id: $chat.id, name: $chat.name} as $group
| if .action == "topic_created" and ($chat.id == null or .id == null) then
    {problem: {message: "cannot be told from others: \(if .id == null then "it" else "its group" end) has no `id`, as Telegram exports it"}}
  elif .action == "topic_created" then
    {
      id: "\($chat.id)-\(.id)",
      group: $group,
      TopicName: .title,
      CreateTime: (.date_unixtime // .date),
      CustomString: {source: "telegram", chat: $chat.id, id}
    }
  elif .action == "topic_edit" then
    (.reply_to_message_id // .reply_to_msg_id) as $id
    | (.new_title // .title) as $title
    | if $title == null or $title == "" then empty
      elif $id == null then
        {notes: ["a topic was renamed to \($title | tojson), and the export does not say which: it keeps the name that it was created with"]}
      else
        {
          id: "\($chat.id)-\($id)",
          group: $group,
          TopicName: $title,
          CustomString: {source: "telegram", chat: $chat.id, id: $id}
        }
      end
  else empty
  end
