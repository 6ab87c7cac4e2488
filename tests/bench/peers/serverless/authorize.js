// Both factors in one Lambda authorizer, since there is nowhere else for the signature.
const { createHash, createHmac, timingSafeEqual } = require("crypto");

const SECRETS = { "@KEY@": "@SECRET@" };
const PROOF =
  /^SDK-HMAC-SHA256 Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const strict = (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, strict);

function recent(date) {
  const [y, mo, d, h, m, s] = [[0, 4], [4, 6], [6, 8], [9, 11], [11, 13], [13, 15]].map(
    ([from, to]) => Number(date.slice(from, to)),
  );
  return Math.abs(Date.now() - Date.UTC(y, mo - 1, d, h, m, s)) <= 900000;
}

function signed(event, headers) {
  const found = PROOF.exec(headers.authorization || "");
  const date = headers["x-sdk-date"];
  if (!found || !SECRETS[found[1]] || !date || !recent(date)) return false;
  const path = event.path.endsWith("/") ? event.path : event.path + "/";
  const query = Object.entries(event.queryStringParameters || {})
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const lines = found[2].split(";").map((n) => `${n}:${(headers[n] || "").trim()}`);
  const canonical = [event.httpMethod, path, query, ...lines, "", found[2], sha256("")];
  const text = `SDK-HMAC-SHA256\n${date}\n${sha256(canonical.join("\n"))}`;
  const proof = createHmac("sha256", SECRETS[found[1]]).update(text).digest("hex");
  return timingSafeEqual(Buffer.from(proof), Buffer.from(found[3]));
}

module.exports.handler = async (event) => {
  const headers = {};
  for (const name in event.headers) headers[name.toLowerCase()] = event.headers[name];
  if (!signed(event, headers) || headers.token !== "@TOKEN@") {
    throw new Error("Unauthorized");
  }
  const statement = {
    Action: "execute-api:Invoke",
    Effect: "Allow",
    Resource: event.methodArn,
  };
  return {
    principalId: "u1",
    policyDocument: { Version: "2012-10-17", Statement: [statement] },
  };
};
