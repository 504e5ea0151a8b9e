const { spawnSync } = require('node:child_process')

const services = process.env.INPUT_SERVICES.split('\n').filter((line) => line.trim())
const { status } = spawnSync(
  process.platform === 'win32' ? 'python' : 'python3',
  ['.github/selftest/expect.py', process.env.INPUT_STATUS, ...services],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
