-- SDK-HMAC-SHA256 of requests without a body, with libcrypto called through FFI.
local ffi = require "ffi"
ffi.cdef[[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *kind, const void *key, int key_size,
  const unsigned char *data, size_t size, unsigned char *out, unsigned int *out_size);
unsigned char *SHA256(const unsigned char *data, size_t size, unsigned char *out);
]]
local crypto = ffi.load("crypto.so.3", false)
local out, out_size = ffi.new("unsigned char[32]"), ffi.new("unsigned int[1]")
local EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
local SECRETS = { ["@KEY@"] = "@SECRET@" }
local HEX, digits = {}, {}
for byte = 0, 255 do HEX[byte] = string.format("%02x", byte) end

local function hex()
  for place = 0, 31 do digits[place + 1] = HEX[out[place]] end
  return table.concat(digits, "", 1, 32)
end

local function sha256(text)
  crypto.SHA256(text, #text, out)
  return hex()
end

local function hmac(key, text)
  crypto.HMAC(crypto.EVP_sha256(), key, #key, text, #text, out, out_size)
  return hex()
end

local PROOF = "^SDK-HMAC-SHA256 Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$"
local DATE = "^(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z$"

local function recent(date)
  local d = ngx.re.match(date, DATE, "jo")
  if not d then return false end
  local at = os.time({year = d[1], month = d[2], day = d[3], hour = d[4], min = d[5],
    sec = d[6]})
  return math.abs(ngx.time() - at) <= 900
end

local function signed(headers)
  local proof = headers["authorization"]
  local m = proof and ngx.re.match(proof, PROOF, "jo")
  local secret, date = m and SECRETS[m[1]], headers["x-sdk-date"]
  if not secret or not date or not recent(date) then return false end
  local uri, query = ngx.var.uri, {}
  if uri:sub(-1) ~= "/" then uri = uri .. "/" end
  for pair in (ngx.var.args or ""):gmatch("[^&]+") do query[#query + 1] = pair end
  table.sort(query)
  local lines = { ngx.req.get_method(), uri, table.concat(query, "&") }
  for name in m[2]:gmatch("[^;]+") do
    if not headers[name] then return false end
    lines[#lines + 1] = name .. ":" .. headers[name]
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = m[2]
  lines[#lines + 1] = EMPTY
  local digest = sha256(table.concat(lines, "\n"))
  return hmac(secret, "SDK-HMAC-SHA256\n" .. date .. "\n" .. digest) == m[3]
end

local function allowed(headers)
  local key = (headers["token"] or "") .. "\0" .. (ngx.var.args or "")
  local verdict = ngx.shared.verdicts:get(key)
  if verdict == nil then
    verdict = ngx.location.capture("/authorize").status == 200
    ngx.shared.verdicts:set(key, verdict, 300)
  end
  return verdict
end

function authenticate()
  local headers = ngx.req.get_headers()
  if signed(headers) and allowed(headers) then return end
  ngx.status = 401
  ngx.say('{"error_code":"APIG.0301"}')
  return ngx.exit(401)
end
