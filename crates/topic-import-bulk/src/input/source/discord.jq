# Discord
module {
  reads: "a guild with its channels, or the channels alone, as the API, the gateway, a template or DiscordChatExporter gives them",
  leaves_out: "direct: conversations of persons; voice: channels to speak in; private: channels that not everyone may see; category: headings; thread: threads, which belong to a channel; archived: archived or deleted channels; other: directories and stores",
  files: ["*.json"],
  elements: [".[]", ".channels[]", ".threads[]", ".d.channels[]", ".d.threads[]", ".serialized_source_guild.channels[]", ".channel"],
  members: ["id", "type", "name", "topic", "archived", "deleted", "guild_id", "recipients", "permission_overwrites"],
  group: "guild",
  wanted: "a guild of Discord with its `channels`, nor a list of channels"
};

# The types are listed in Discord's documents (Channel Resource, Channel Types). The API writes numbers, discord.js,
# discord.py and DiscordChatExporter write names. A channel without a type is taken for text.
def kinds: {
  "0": null, "GuildText": null, "GuildTextChat": null, "GUILD_TEXT": null, "text": null,
  "5": null, "GuildAnnouncement": null, "GuildNews": null, "GUILD_ANNOUNCEMENT": null, "GUILD_NEWS": null, "news": null,
  "15": null, "GuildForum": null, "GUILD_FORUM": null, "forum": null,
  "16": null, "GuildMedia": null, "GUILD_MEDIA": null, "media": null,
  "1": "direct", "DM": "direct", "DirectTextChat": "direct",
  "3": "direct", "GroupDM": "direct", "GROUP_DM": "direct", "DirectGroupTextChat": "direct", "private": "direct", "group": "direct",
  "2": "voice", "GuildVoice": "voice", "GuildVoiceChat": "voice", "GUILD_VOICE": "voice", "voice": "voice",
  "13": "voice", "GuildStageVoice": "voice", "GUILD_STAGE_VOICE": "voice", "stage": "voice", "stage_voice": "voice",
  "4": "category", "GuildCategory": "category", "GUILD_CATEGORY": "category", "category": "category",
  "10": "thread", "AnnouncementThread": "thread", "GuildNewsThread": "thread", "GUILD_NEWS_THREAD": "thread", "ANNOUNCEMENT_THREAD": "thread", "news_thread": "thread",
  "11": "thread", "PublicThread": "thread", "GuildPublicThread": "thread", "GUILD_PUBLIC_THREAD": "thread", "PUBLIC_THREAD": "thread", "public_thread": "thread",
  "12": "thread", "PrivateThread": "thread", "GuildPrivateThread": "thread", "GUILD_PRIVATE_THREAD": "thread", "PRIVATE_THREAD": "thread", "private_thread": "thread",
  "6": "other", "GuildStore": "other", "GUILD_STORE": "other", "store": "other",
  "14": "other", "GuildDirectory": "other", "GUILD_DIRECTORY": "other"
};

def is_no_id: . != null and whole == null;

# Everyone has the role with the guild's ID, which is 0 within a template; the bit 1024 stands for seeing the channel.
def is_hidden($guild_id):
  any(.permission_overwrites | arrays[] | objects; (.id | tostring) == $guild_id and ((.deny | whole) // 0) % 2048 >= 1024);

(.guild_id) as $guild_id
| (if .type == null then "0" else .type | tostring end) as $type
| kinds as $kinds
| if .recipients != null then {left_out: "direct"}
  elif ($kinds | has($type) | not) then
    {problem: {message: "`.type` is \(.type | tojson), which no channel of Discord that is known has"}}
  elif $kinds[$type] != null then {left_out: $kinds[$type]}
  else
    ($around | last // {}) as $around
    | {
      id: (if .id | is_no_id then null else .id end),
      group: (($around.guild | objects) // $around | {id: ($guild_id // .id), name} | .created = (.id | snowflake_time)),
      TopicName: .name,
      Notification: .topic,
      CreateTime: (.id | snowflake_time),
      CustomString: (if .id == null then null else {source: "discord", id} end),
      left_out: [
        if (.archived | is_yes) or (.deleted | is_yes) then "archived" else empty end,
        if is_hidden($guild_id // $around.id // 0 | tostring) then "private" else empty end
      ],
      problem: (if .id | is_no_id then {field: "CreateTime", message: "cannot be told: `.id` is \(.id | tojson), and no ID of Discord"} else null end)
    }
  end
