# Yunxin (QChat)
module {
  reads: "answers of the server API that list the channels of a QChat server",
  leaves_out: "private: private channels; voice: channels to speak in; archived: channels that are no longer valid",
  files: ["*.json"],
  elements: [".channelInfos[]", ".channelInfo", ".data.channelInfos[]", ".data.datas[]", ".datas[]", ".[]"],
  members: ["channelId", "serverId", "name", "topic", "type", "viewMode", "validFlag", "createTime", "icon"],
  group: "server",
  has_groups: true,
  part: ".channelId",
  wanted: "a list of channels as Yunxin answers with one: it has no `channelInfos`"
};

if .channelId | filled == null then {problem: {message: "has no `channelId`, which every channel of Yunxin has"}}
elif (.type | whole) == 1 then {left_out: "voice"}
else
  {
    id: .channelId,
    group: {id: .serverId},
    TopicName: .name,
    Notification: .topic,
    FaceUrl: .icon,
    CreateTime: .createTime,
    CustomString: {source: "yunxin", id: .channelId},
    left_out: [
      if .validFlag != null and (.validFlag | whole) == 0 then "archived" else empty end,
      if (.viewMode | whole) == 1 then "private" else empty end
    ]
  }
end
