//! The report's page in a browser: on a screen, on a phone, in the dark, and printed.

use std::fs;
use std::path::Path;

use crate::browser;
use crate::check::Problem;
use crate::command::program;

const LIGHT: &str = "--blink-settings=preferredColorScheme=1";
const DARK: &str = "--blink-settings=preferredColorScheme=0";
/// The width of a phone. A browser's window is not so narrow, but a frame is.
const PHONE: &str = "<!doctype html><body style=\"margin:0\"><iframe src=\"page.html\" width=\"390\" height=\"844\" style=\"border:0\"></iframe>";

/// Takes all pictures of `page.html` in this directory.
pub(crate) fn pictures(directory: &Path, pictures: &Path) -> Result<(), Problem> {
    let say = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::write(directory.join("phone.html"), PHONE).map_err(say)?;
    let page = fs::read_to_string(directory.join("page.html")).map_err(say)?;
    let unfolded = page.replacen(
        "<details class=\"topics\"",
        "<details open class=\"topics\"",
        1,
    );
    fs::write(directory.join("unfolded.html"), unfolded).map_err(say)?;
    for (name, file, size, scheme) in [
        ("page.png", "page.html", "1000,1085", LIGHT),
        (
            "page-dark.png",
            "unfolded.html#communities",
            "1000,1085",
            DARK,
        ),
        ("page-phone.png", "phone.html", "390,844", LIGHT),
    ] {
        let to = pictures.join(name).display().to_string();
        let (to, size) = (
            format!("--screenshot={to}"),
            format!("--window-size={size}"),
        );
        browse(directory, file, &[&to, &size, scheme, "--hide-scrollbars"])?;
    }
    let pdf = directory.join("page.pdf").display().to_string();
    browse(
        directory,
        "page.html",
        &[&format!("--print-to-pdf={pdf}"), "--no-pdf-header-footer"],
    )?;
    let to = pictures.join("page-print").display().to_string();
    let first = ["-png", "-singlefile", "-r", "80", "-f", "1", &pdf, &to];
    program("pdftoppm").arguments(&first).run()
}

fn browse(directory: &Path, file: &str, settings: &[&str]) -> Result<(), Problem> {
    let profile = format!("--user-data-dir={}", directory.join("profile").display());
    let address = format!("file://{}", directory.join(file).display());
    browser::program()?
        .arguments(&[
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &profile,
        ])
        .arguments(settings)
        .arguments(&[&address])
        .env("TZ", "Asia/Shanghai")
        .output()
        .map(drop)
}
