-- Completes carts that are ready, each once. Arguments: a file with "cart-id token" a line, how many milliseconds a client
-- waits before each.
local carts, next_cart, think = {}, 0, 0

function init(args)
  for line in io.lines(args[1]) do
    carts[#carts + 1] = line
  end
  think = tonumber(args[2])
  math.randomseed(4711)
end

function delay()
  return think > 0 and math.floor(-think * math.log(1 - math.random())) or 0
end

function request()
  next_cart = next_cart + 1
  if next_cart > #carts then
    wrk.thread:stop()
    return wrk.format("GET", "/none-left")
  end
  local id, token = carts[next_cart]:match("^(%S+) (%S+)$")
  return wrk.format("POST", "/store/v1/carts/" .. id .. "/complete",
    { ["Authorization"] = "Bearer " .. token, ["Idempotency-Key"] = id, ["Content-Type"] = "application/json" },
    '{"payment":{"provider":"test","token":"tok_ok"}}')
end
