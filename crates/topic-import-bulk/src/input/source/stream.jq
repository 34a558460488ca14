# Stream
module {
  reads: "an export of channels (one document, or JSONL), or answers of queryChannels",
  leaves_out: "direct: conversations that are their members; archived: deleted and disabled channels",
  files: ["*.json", "*.jsonl"],
  elements: [".", ".[]", ".channels[]"],
  members: ["type", "item", "channel", "code", "message"],
  names: [".item.name", ".channel.name"],
  group: "application",
  wanted: "an export of Stream: it has no `channels`",
  lines: true
};

def channel:
  if .id == null and .cid == null then {problem: {message: "is no channel of Stream: it has no `id`"}}
  else
    (.cid // if .type then "\(.type):\(.id)" else .id end) as $cid
    | if ($cid | split(":") | last | startswith("!members")) then {left_out: "direct"}
      else
        {
          of: .,
          id: $cid,
          TopicName: (.name // .custom.name),
          Introduction: (.description // .custom.description),
          FaceUrl: (.image // .custom.image),
          CreateTime: .created_at,
          CustomString: {source: "stream", id: $cid},
          left_out: (if .deleted_at or (.disabled | is_yes) then "archived" else null end)
        }
      end
  end;

if isobject | not then {problem: {message: "is no channel of Stream: it is \(kind)"}}
elif .type == "channel" and (.item | isobject) then .item | channel
elif .channel | isobject then
  .channel
  | if .cid == null and .created_at == null then
      {problem: {message: "is no channel of Stream: it has neither `cid` nor `created_at`"}}
    else channel end
elif .item and .type then empty
else {problem: {message: "is no channel of Stream: it has neither `channel` nor `item`\(if .message then "; it says \({code, message} | present | tojson)" else "" end)"}}
end
