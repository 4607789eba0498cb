-- Browsing as shops see it: few products get most of the looks (Zipf, exponent 1), one request in ten is a list, and one in
-- a hundred changes a price. Arguments: a file with "slug variant-id price" a line, an admin key.
local slugs, variants, prices, cumulated, total = {}, {}, {}, {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local slug, variant, price = line:match("^(%S+) (%S+) (%d+)$")
    slugs[#slugs + 1], variants[#variants + 1], prices[#prices + 1] = slug, variant, tonumber(price)
  end
  for rank = 1, #slugs do
    total = total + 1 / rank
    cumulated[rank] = total
  end
  key = args[2]
  math.randomseed(4711)
end

local function zipf()
  local wanted, low, high = math.random() * total, 1, #cumulated
  while low < high do
    local middle = math.floor((low + high) / 2)
    if cumulated[middle] < wanted then low = middle + 1 else high = middle end
  end
  return low
end

function request()
  local choice = math.random(100)
  local product = zipf()
  if choice == 1 then
    prices[product] = prices[product] + 1
    return wrk.format("PATCH", "/admin/v1/variants/" .. variants[product],
      { ["Authorization"] = "Bearer " .. key, ["If-Match"] = "*", ["Content-Type"] = "application/json" },
      '{"prices":[{"price":{"amount":' .. prices[product] .. ',"currency":"EUR"}}]}')
  elseif choice <= 11 then
    return wrk.format("GET", "/store/v1/products?limit=" .. math.random(20, 24), { ["Accept-Encoding"] = "gzip" })
  end
  return wrk.format("GET", "/store/v1/products/" .. slugs[product], { ["Accept-Encoding"] = "gzip" })
end
