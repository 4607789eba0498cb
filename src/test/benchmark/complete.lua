-- Completes carts, each once. Arguments: a file with "path token" a line, a rate per second and connection or 0.
local paths, tokens, nextCart, sold, lost = {}, {}, 0, 0, 0

function init(args)
  for line in io.lines(args[1]) do
    paths[#paths + 1], tokens[#tokens + 1] = line:match("^(%S+) (%S+)$")
  end
  pause = tonumber(args[2])
end

function delay()
  return pause
end

function request()
  nextCart = nextCart + 1
  return wrk.format("POST", paths[nextCart] .. "/complete", {
    ["Authorization"] = "Bearer " .. tokens[nextCart],
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "benchmark"
  }, '{"payment":{"provider":"test","token":"tok_ok"}}')
end
