-- Buys one unit as a guest in five requests: open a cart, set the address, read the shipping methods, select one, complete.
-- Each thread has one connection and is one shopper. Arguments: a file with one SKU in each line, how many milliseconds a
-- shopper waits before each request.
local threads = {}
local skus, think, step, checkouts_begun = {}, 0, 1, 0
local cart, token, method
completed, failed = 0, 0

function setup(thread)
  thread:set("shopper", #threads)
  threads[#threads + 1] = thread
end

function init(args)
  for line in io.lines(args[1]) do
    skus[#skus + 1] = line
  end
  think = tonumber(args[2])
  math.randomseed(4711 + shopper)
end

function delay()
  return think > 0 and math.floor(-think * math.log(1 - math.random())) or 0
end

local function send(verb, path, body)
  local headers = { ["Content-Type"] = "application/json" }
  if step > 1 then
    headers["Authorization"] = "Bearer " .. token
  end
  if step == 5 then
    headers["Idempotency-Key"] = cart
  end
  return wrk.format(verb, "/store/v1/carts" .. path, headers, body)
end

local steps = {
  function()
    checkouts_begun = checkouts_begun + 1
    local sku = skus[math.random(#skus)]
    return send("POST", "", '{"currency":"EUR","lines":[{"sku":"' .. sku .. '","quantity":1}]}')
  end,
  function()
    return send("PATCH", "/" .. cart, '{"email":"shopper-' .. shopper .. "-" .. checkouts_begun .. '@example.com",' ..
      '"shipping_address":{"name":"Ada Lovelace","line1":"12 Analytical Row","city":"Berlin","postal_code":"10115",' ..
      '"country":"DE"}}')
  end,
  function() return send("GET", "/" .. cart .. "/shipping-methods") end,
  function() return send("PATCH", "/" .. cart, '{"shipping_method":"' .. method .. '"}') end,
  function() return send("POST", "/" .. cart .. "/complete", '{"payment":{"provider":"test","token":"tok_ok"}}') end
}

function request()
  return steps[step]()
end

function response(status, headers, body)
  if status >= 300 then
    failed = failed + 1
    step = 1
    return
  end
  if step == 1 then
    cart, token = body:match('"id":"(cart_[^"]+)"'), body:match('"cart_token":"([^"]+)"')
  elseif step == 3 then
    method = body:match('"code":"([^"]+)"')
    if not method then
      print("No shipping method: " .. status .. " " .. body)
      failed = failed + 1
      step = 1
      return
    end
  elseif step == 5 then
    completed = completed + 1
  end
  step = step % 5 + 1
end

function done(summary, latency, requests)
  local all_completed, all_failed = 0, 0
  for _, thread in ipairs(threads) do
    all_completed = all_completed + thread:get("completed")
    all_failed = all_failed + thread:get("failed")
  end
  print(string.format("Checkouts/sec: %.3f", all_completed / summary.duration * 1000000))
  print(string.format("Failed requests: %d", all_failed))
end
