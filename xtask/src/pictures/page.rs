//! The report's page in a browser: on a screen, on a phone, in the dark, and printed.

use std::fs;
use std::path::Path;

use crate::browser;
use crate::command::program;
use crate::problem::Problem;

const LIGHT: &str = "--blink-settings=preferredColorScheme=1";
const DARK: &str = "--blink-settings=preferredColorScheme=0";
/// Takes all pictures of `page.html` in this directory.
pub(crate) fn pictures(directory: &Path, pictures: &Path) -> Result<(), Problem> {
    let say = |error: std::io::Error| format!("{}: {error}", directory.display());
    let page = fs::read_to_string(directory.join("page.html")).map_err(say)?;
    let unfolded = page.replacen(
        "<details class=\"topics\"",
        "<details open class=\"topics\"",
        1,
    );
    fs::write(directory.join("unfolded.html"), unfolded).map_err(say)?;
    for (name, what, (width, height), scheme) in [
        ("page.png", "page.html", (1000, 1400), LIGHT),
        (
            "page-dark.png",
            "unfolded.html#communities",
            (1000, 1085),
            DARK,
        ),
        ("page-phone.png", "page.html", (390, 844), LIGHT),
    ] {
        fs::write(directory.join("frame.html"), frame(what, width, height)).map_err(say)?;
        let to = pictures.join(name).display().to_string();
        let to = format!("--screenshot={to}");
        let size = format!("--window-size={width},{height}");
        let files = "--allow-file-access-from-files";
        let settings = [&*to, &size, scheme, files, "--hide-scrollbars"];
        browse(directory, "frame.html", &settings)?;
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

/// A page that shows another one: a frame may be narrower than a window, and is where its address says when it is painted.
fn frame(page: &str, width: u32, height: u32) -> String {
    format!(
        "<!doctype html><body style=\"margin:0\"><iframe src=\"{page}\" width=\"{width}\" height=\"{height}\" \
         style=\"border:0;display:block\"></iframe>"
    )
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
