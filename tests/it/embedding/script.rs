use std::error::Error;
use topic_import_blocking::{Client, ClientSettings, Credentials, Region, TopicDraft};

fn client() -> Result<Client, Box<dyn Error>> {
    let key = std::env::var("TOPIC_IMPORT_SECRET_KEY")?;
    let credentials = Credentials::from_key(1_400_000_001, "administrator", key)?;
    Ok(Client::new(&ClientSettings::new(
        Region::Singapore,
        credentials,
    ))?)
}

fn import(client: &Client) -> Result<(), Box<dyn Error>> {
    for (own_id, name) in [("welcome", "Welcome"), ("news", "Announcements")] {
        let topic = TopicDraft::new("@TGS#_riverside", name)
            .own_id(own_id)
            .from_account("founder")
            .created_at(1_448_357_837);
        // validate() reports all violations at once; only a valid draft becomes a request.
        println!("{} is there", client.import(topic.validate()?)?.topic_id());
    }
    Ok(())
}

fn main() {
    if let Err(error) = client().and_then(|client| import(&client)) {
        eprintln!("{error}"); // one line: what happened, the cause, the remedy
    }
}
