-- SDK-HMAC-SHA256 of requests without a body, with HAProxy's own converters.
local EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
local SECRETS, encoded, verdicts = { ["@KEY@"] = "@SECRET@" }, {}, {}
local PROOF = "^SDK%-HMAC%-SHA256 Access=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(%x+)$"

local function hex(text)
  return (text:gsub(".", function(c) return string.format("%02x", c:byte()) end))
end

local function recent(date)
  local y, mo, d, h, m, s = date:match("^(%d%d%d%d)(%d%d)(%d%d)T(%d%d)(%d%d)(%d%d)Z$")
  if not y then return false end
  local at = os.time({year = y, month = mo, day = d, hour = h, min = m, sec = s})
  -- os.time reads local time; what it makes of UTC tells the difference.
  local off = os.time() - os.time(os.date("!*t"))
  return math.abs(os.time() - at - off) <= 900
end

local function signed(txn, get)
  local access, names, proof = (get("authorization") or ""):match(PROOF)
  local secret, date = access and SECRETS[access], get("x-sdk-date")
  if not secret or not date or not recent(date) then return false end
  local path, query = txn.sf:path(), {}
  if path:sub(-1) ~= "/" then path = path .. "/" end
  for pair in (txn.sf:query() or ""):gmatch("[^&]+") do query[#query + 1] = pair end
  table.sort(query)
  local lines = { txn.sf:method(), path, table.concat(query, "&") }
  for name in names:gmatch("[^;]+") do
    if not get(name) then return false end
    lines[#lines + 1] = name .. ":" .. get(name)
  end
  lines[#lines + 1] = ""
  lines[#lines + 1] = names
  lines[#lines + 1] = EMPTY
  local digest = hex(txn.c:sha2(table.concat(lines, "\n"), 256))
  encoded[access] = encoded[access] or txn.c:base64(secret)
  local text = "SDK-HMAC-SHA256\n" .. date .. "\n" .. digest
  return hex(txn.c:hmac(text, "sha256", encoded[access])) == proof
end

core.register_action("authenticate", { "http-req" }, function(txn)
  local headers = txn.http:req_get_headers()
  local function get(name) return headers[name] and headers[name][0] end
  if not signed(txn, get) then return end
  local token = get("token") or ""
  local known, now = verdicts[token], core.now().sec
  if not known or known[1] < now then
    known = { now + 300, token == "@TOKEN@" }
    verdicts[token] = known
  end
  txn:set_var("txn.allowed", known[2])
end)
