# Sendbird
module {
  reads: "the platform API's lists of open channels and of group channels",
  leaves_out: "direct: group channels that are the conversation of their members; private: group channels that are not public, or ask for a code",
  files: ["*.json"],
  elements: [".channels[]", ".[]"],
  members: ["channel_url", "name", "created_at", "cover_url", "is_public", "is_distinct", "is_1on1", "is_access_code_required"],
  group: "application",
  wanted: "a list of channels as Sendbird answers with one: it has no `channels`"
};

if .channel_url | filled == null then {problem: {message: "has no `channel_url`, which every channel of Sendbird has"}}
elif (.is_distinct | is_yes) or (.is_1on1 | is_yes) then {left_out: "direct"}
else
  {
    id: .channel_url,
    TopicName: .name,
    FaceUrl: .cover_url,
    CreateTime: .created_at,
    CustomString: {source: "sendbird", id: .channel_url},
    left_out: (if .is_public == false or (.is_access_code_required | is_yes) then "private" else null end)
  }
end
