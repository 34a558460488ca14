use topic_import_async::{Client, ClientSettings, Credentials, Imported, Region, TopicDraft};

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let key = std::env::var("TOPIC_IMPORT_SECRET_KEY")?;
    let credentials = Credentials::from_key(1_400_000_001, "administrator", key)?;
    Ok(Client::new(&ClientSettings::new(
        Region::Singapore,
        credentials,
    ))?)
}

async fn import(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let topic = TopicDraft::new("@TGS#_riverside", "Welcome").own_id("welcome");
    match client.import(topic.validate()?).await {
        Ok(Imported::Existing(id)) => println!("{id} already existed with this content"),
        Ok(Imported::Created(id)) => println!("{id} is new"),
        Err(error) => println!("{error}"),
    }
    Ok(())
}
