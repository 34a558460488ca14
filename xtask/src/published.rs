//! The crates that are published, as their manifests describe them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::command::cargo;
use crate::problem::Problem;

/// A crate without `publish = false`.
#[derive(Deserialize)]
pub(crate) struct Published {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) rust_version: String,
    pub(crate) description: Option<String>,
    pub(crate) repository: Option<String>,
    pub(crate) keywords: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) features: BTreeMap<String, Vec<String>>,
    pub(crate) targets: Vec<Target>,
    publish: Option<Vec<String>>,
}

#[derive(Deserialize)]
pub(crate) struct Target {
    pub(crate) kind: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Published>,
}

/// All of them, sorted by name.
pub(crate) fn published() -> Result<Vec<Published>, Problem> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]).output()?;
    let Metadata { mut packages } = serde_json::from_str(&metadata)
        .map_err(|error| format!("`cargo metadata` is not as expected: {error}"))?;
    packages.retain(|package| package.publish.is_none());
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

impl Published {
    pub(crate) fn is_library(&self) -> bool {
        self.targets
            .iter()
            .any(|target| target.kind.iter().any(|kind| kind == "lib"))
    }

    /// Its features, without the list of those that are on by default.
    pub(crate) fn features(&self) -> impl Iterator<Item = &str> {
        let names = self.features.keys().map(String::as_str);
        names.filter(|name| *name != "default")
    }
}
