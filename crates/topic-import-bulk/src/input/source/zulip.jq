# Zulip
module {
  reads: "the stream_index.json of zulip-archive, the realm.json of an official export, or the API's lists of streams",
  leaves_out: "private: private streams; archived: archived streams",
  files: ["stream_index.json", "realm.json"],
  elements: [".streams.*.topic_data.*", ".streams[]", ".subscriptions[]", ".zerver_stream[]"],
  members: ["stream_id", "id", "name", "description", "date_created", "invite_only", "is_archived", "deactivated", "realm", "topic_name"],
  element: "topic",
  group: "stream",
  has_groups: true,
  part: ".topic",
  wanted: "a stream_index.json of zulip-archive: it has no `streams`"
};

if ($at | length) > 2 then
  $at[1] as $stream
  | $at[3] as $topic
  | $around[-2].id as $stream_id
  | {
    of: (. + {stream: $stream, topic: $topic, stream_id: $stream_id}),
    id: "\($stream_id // $stream)-\($topic)",
    group: {id: $stream_id, name: $stream},
    TopicName: (if $topic == "" then "general chat" else $topic end),
    CustomString: ({source: "zulip", stream_id: $stream_id, stream: $stream, topic: $topic} | present),
    notes: (if $topic == "" then ["TopicName: the topic without a name is called \"general chat\", as Zulip shows it"] else [] end)
  }
else
  (.stream_id // .id) as $id
  | if $id == null then {problem: {message: "has neither a `stream_id` nor an `id`, of which every stream of Zulip has one"}}
  else
    {
      id: $id,
      group: ($around[0].zerver_realm | if isarray then .[0] else null end | {kind: "organisation", id, name, created: .date_created}),
      TopicName: .name,
      Introduction: .description,
      CreateTime: .date_created,
      CustomString: {source: "zulip", stream_id: $id},
      left_out: [
        if (.is_archived | is_yes) or (.deactivated | is_yes) then "archived" else empty end,
        if .invite_only | is_yes then "private" else empty end
      ]
    }
  end
end
