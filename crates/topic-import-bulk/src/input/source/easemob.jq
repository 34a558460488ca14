# Easemob (circle)
module {
  reads: "answers of the REST API that list the channels of a circle server",
  leaves_out: "private: private channels; voice: channels to speak in",
  files: ["*.json"],
  elements: [".channels[]", ".data.channels[]", ".channel"],
  members: ["channel_id", "channelId", "name", "description", "created", "server_id", "serverId", "type", "mode", "custom"],
  group: "server",
  has_groups: true,
  part: ".channel_id",
  wanted: "a list of channels as Easemob answers with one: it has no `channels`"
};

((.channel_id // .channelId) | filled) as $id
| if $id == null then {problem: {message: "has no `channel_id`, which every channel of Easemob has"}}
  elif (.mode | whole) == 1 then {left_out: "voice"}
  else
    {
      $id,
      group: {id: (.server_id // .serverId)},
      TopicName: .name,
      Introduction: .description,
      CreateTime: .created,
      CustomString: {source: "easemob", $id},
      left_out: (if (.type | whole) == 1 then "private" else null end)
    }
  end
