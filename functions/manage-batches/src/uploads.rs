//! Upload forms, with which a browser posts a file to S3 without credentials of its own.
//!
//! The policy names one key, one media type and a range of sizes, and is signed with the function's own credentials as
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html> describes.

use std::{collections::BTreeMap, time::Duration};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use boot::UploadAccess;
use domain::Timestamp;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// How long a form can be used.
const FORM_LIFE: Duration = Duration::from_secs(5 * 60);

/// The media type that every file has: what it is, its bytes say, and no browser shows it as a page.
const ANY_FILE: &str = "application/octet-stream";

/// The upload bucket, and the access that signs its forms.
#[derive(Clone, Debug)]
pub struct Uploads {
    pub bucket: String,
    /// The credentials that sign a form, and the address that it posts to.
    pub access: UploadAccess,
    /// The largest file, in bytes.
    pub max_bytes: usize,
}

/// A form to be posted as `multipart/form-data`, these fields first and the workbook last, as `file`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadForm {
    url: String,
    fields: BTreeMap<String, String>,
}

impl Uploads {
    pub(crate) fn form(&self, key: &str, now: Timestamp) -> UploadForm {
        let digits = |text: String| text.replace(['-', ':'], "");
        // 2026-11-23T05:24:02.123Z becomes 20261123 and 20261123T052402Z.
        let text = now.to_string();
        let day = digits(text.chars().take(10).collect());
        let moment = digits(text.chars().take(19).collect()) + "Z";
        let credential =
            format!("{}/{day}/{}/s3/aws4_request", self.access.credentials.access_key_id(), self.access.region);
        let mut fields = BTreeMap::from([
            ("key".to_owned(), key.to_owned()),
            ("Content-Type".to_owned(), ANY_FILE.to_owned()),
            ("success_action_status".to_owned(), "201".to_owned()),
            ("x-amz-algorithm".to_owned(), "AWS4-HMAC-SHA256".to_owned()),
            ("x-amz-credential".to_owned(), credential),
            ("x-amz-date".to_owned(), moment),
        ]);
        if let Some(token) = self.access.credentials.session_token() {
            fields.insert("x-amz-security-token".to_owned(), token.to_owned());
        }
        let mut conditions: Vec<serde_json::Value> =
            fields.iter().map(|(name, value)| json!(["eq", format!("${name}"), value])).collect();
        conditions.push(json!({ "bucket": self.bucket }));
        conditions.push(json!(["content-length-range", 1, self.max_bytes]));
        let policy = json!({ "expiration": (now + FORM_LIFE).to_string(), "conditions": conditions });
        let policy = STANDARD.encode(policy.to_string());
        let signing_key = generate_signing_key(
            self.access.credentials.secret_access_key(),
            now.to_datetime().into(),
            &self.access.region,
            "s3",
        );
        let signature = calculate_signature(signing_key, policy.as_bytes());
        fields.insert("policy".to_owned(), policy);
        fields.insert("x-amz-signature".to_owned(), signature);
        let url = match &self.access.endpoint_url {
            Some(endpoint) => format!("{}/{}", endpoint.trim_end_matches('/'), self.bucket),
            None => format!("https://{}.s3.{}.amazonaws.com/", self.bucket, self.access.region),
        };
        UploadForm { url, fields }
    }
}
