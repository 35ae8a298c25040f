//! The description of the API: each function describes its own routes, and this module joins them into one document.

use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Server,
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa::{PartialSchema as _, ToSchema as _};

use crate::{Problem, ProblemBody, ProblemItem};

/// The name of the security scheme that officers' routes require.
pub const OFFICER: &str = "officer";

/// One document of the routes that the functions describe. Every route can answer with a problem.
#[must_use]
pub fn document(parts: impl IntoIterator<Item = OpenApi>) -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The ID token of the officer's sign-in."))
        .build();
    let components = ComponentsBuilder::new()
        .schema(ProblemBody::name(), ProblemBody::schema())
        .schema(ProblemItem::name(), ProblemItem::schema())
        .security_scheme(OFFICER, SecurityScheme::Http(bearer))
        .build();
    let info = InfoBuilder::new()
        .title("Invite users")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Officers bring people into TechPass and SEED."))
        .build();
    let mut document =
        OpenApiBuilder::new().info(info).servers(Some([Server::new("/v1")])).components(Some(components)).build();
    for part in parts {
        document.merge(part);
    }
    add_problems(&mut document);
    document
}

fn add_problems(document: &mut OpenApi) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    let response =
        ResponseBuilder::new().description("A problem (RFC 9457).").content(Problem::MEDIA_TYPE, problem).build();
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.insert("default".to_owned(), RefOr::T(response.clone()));
        }
    }
}
