//! A PostgreSQL set up as its owner has it who wants to keep what is committed.

use topic_import_test_postgres::Server;

const ON_DISK: [&str; 3] = [
    "ALTER SYSTEM SET fsync = on",
    "ALTER SYSTEM SET full_page_writes = on",
    "ALTER SYSTEM SET shared_buffers = '256MB'",
];

pub(super) fn start() -> Server {
    let server = Server::start();
    for setting in ON_DISK {
        server.database().sql(setting);
    }
    server.stop();
    server.start_again();
    server
}
