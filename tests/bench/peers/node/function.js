// A Lambda function with the five SDK clients that the service uses, in a bare loop over the Runtime API.
// There is none of AWS's own runtime client, which a real Node.js function starts before itself.

const http = require("node:http");
const { CognitoIdentityProviderClient, AdminCreateUserCommand } = require("@aws-sdk/client-cognito-identity-provider");
const { DynamoDBClient, TransactWriteItemsCommand } = require("@aws-sdk/client-dynamodb");
const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");
const { SESv2Client, SendEmailCommand } = require("@aws-sdk/client-sesv2");
const { SQSClient, SendMessageBatchCommand } = require("@aws-sdk/client-sqs");

// Held by the handler, as a function that works would.
const deps = {
  commands: [AdminCreateUserCommand, TransactWriteItemsCommand, GetObjectCommand, SendEmailCommand, SendMessageBatchCommand],
  clients: [new CognitoIdentityProviderClient(), new DynamoDBClient(), new S3Client(), new SESv2Client(), new SQSClient()],
};

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) };
    const request = http.request({ host, port, method, path, headers, agent }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function handler(event) {
  return { statusCode: event === null ? 400 : 404, clients: deps.clients.length };
}

(async () => {
  for (;;) {
    const next = await call("GET", "/2018-06-01/runtime/invocation/next");
    const answer = await handler(JSON.parse(next.body));
    const id = next.headers["lambda-runtime-aws-request-id"];
    await call("POST", `/2018-06-01/runtime/invocation/${id}/response`, JSON.stringify(answer));
  }
})();
