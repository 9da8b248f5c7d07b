/** A schedule that is deployed for the cloud tests: due in a far year, to a target where nobody answers. */
export const NIGHTLY = {
  name: 'nightly',
  cron: '0 3 1 1 ? 2199',
  run: { scenario: 'codepal', profile: 'smoke', target: 'http://127.0.0.1:9', generators: 1 },
}
