# Discord
module {
  reads: "a guild with its channels, or the channels alone, as the API, the gateway, a template or DiscordChatExporter gives them",
  leaves_out: "direct: conversations of persons; voice: channels to speak in; private: channels that not everyone may see; category: headings; thread: threads, which belong to a channel; archived: archived or deleted channels; other: directories and stores",
  files: ["*.json"],
  elements: [".[]", ".channels[]", ".threads[]", ".d.channels[]", ".d.threads[]", ".serialized_source_guild.channels[]", ".channel"],
  members: ["id", "type", "name", "topic", "archived", "deleted", "guild_id", "recipients", "permission_overwrites", "permissions", "features", "owner", "animated"],
  group: "guild",
  wanted: "a guild of Discord with its `channels`, nor a list of channels"
};

# The types are listed in Discord's documents (Channel Resource, Channel Types). The API writes numbers, discord.js,
# discord.py and DiscordChatExporter write names. A channel without a type is taken for text.
def kind_of:
  if is_among("0 GuildText GuildTextChat GUILD_TEXT text 5 GuildAnnouncement GuildNews GUILD_ANNOUNCEMENT GUILD_NEWS news 15 GuildForum GUILD_FORUM forum 16 GuildMedia GUILD_MEDIA media")
    then null
  elif is_among("1 DM DirectTextChat 3 GroupDM GROUP_DM DirectGroupTextChat private group")
    then "direct"
  elif is_among("2 GuildVoice GuildVoiceChat GUILD_VOICE voice 13 GuildStageVoice GUILD_STAGE_VOICE stage stage_voice")
    then "voice"
  elif is_among("4 GuildCategory GUILD_CATEGORY category")
    then "category"
  elif is_among("10 AnnouncementThread GuildNewsThread GUILD_NEWS_THREAD ANNOUNCEMENT_THREAD news_thread PublicThread")
    or is_among("11 12 GuildPublicThread GUILD_PUBLIC_THREAD PUBLIC_THREAD public_thread PrivateThread GuildPrivateThread GUILD_PRIVATE_THREAD PRIVATE_THREAD private_thread")
    then "thread"
  elif is_among("6 GuildStore GUILD_STORE store 14 GuildDirectory GUILD_DIRECTORY")
    then "other"
  else "not known" end;

# What else the API lists with an ID and a name has no type.
def other_than_a_channel:
  if .type != null then null
  elif .features != null or .owner != null then "a guild"
  elif .permissions != null then "a role"
  elif .animated != null then "an emoji"
  else null end;

def is_no_id: . != null and whole == null;

# The bit 1024 stands for seeing a channel, the bit 8 for everything.
def has_sight: (whole // 0) % 2048 >= 1024;
def has_all: (whole // 0) % 16 >= 8;

# Everyone has the role with the guild's ID, which is 0 within a template.
def of_everyone($guild_id): arrays[] | objects | select((.id | tostring) == $guild_id);

# A channel denies everyone to see it, or the guild does where the channel does not allow it.
def is_hidden($guild_id; $guild):
  [.permission_overwrites | of_everyone($guild_id)] as $own
  | any($own[]; .deny | has_sight)
    or (any($guild.roles | of_everyone($guild_id) | .permissions; . != null and (has_sight or has_all | not))
      and (any($own[]; .allow | has_sight) | not));

(.guild_id | filled) as $guild_id
| (if .type == null then "0" else .type | tostring end | kind_of) as $kind
| other_than_a_channel as $other
| if (.recipients // []) != [] then {left_out: "direct"}
  elif $other then
    {problem: {message: "is no channel, but \($other): give the answer of /guilds/{id}/channels"}}
  elif $kind == "not known" then
    {problem: {message: "`.type` is \(.type | tojson), which is not a known type of Discord channel"}}
  elif $kind != null then {left_out: $kind}
  elif .id | filled == null then {problem: {message: "has no `id`, which every channel of Discord has"}}
  else
    ($around | last // {}) as $around
    | {
      id: (if .id | is_no_id then null else .id end),
      group: (($around.guild | objects) // $around | {id: ($guild_id // .id), name} | .created = (.id | snowflake_time)),
      TopicName: .name,
      Notification: .topic,
      CreateTime: (.id | snowflake_time),
      CustomString: {source: "discord", id},
      left_out: [
        if (.archived | is_yes) or (.deleted | is_yes) then "archived" else empty end,
        if is_hidden($guild_id // $around.id // 0 | tostring; $around) then "private" else empty end
      ],
      problem: (if .id | is_no_id then {field: "CreateTime", message: "cannot be told: `.id` is \(.id | tojson), and no ID of Discord"} else null end)
    }
  end
