import { type ModelTargetModule, settingsOf } from '../../lib/target/model.ts'
import { createServer, listen } from '../../lib/target/server.ts'
import { systemTimers } from '../../lib/target/timers.ts'
import { addLogin, demandToken } from './target/access.ts'
import { admitThroughFleet } from './target/admission.ts'
import { addAgents } from './target/agents.ts'
import { addAi } from './target/ai.ts'
import { addCollaboration } from './target/collaboration.ts'
import { CONDITIONS } from './target/conditions.ts'
import { addFrontEnd } from './target/front-end.ts'
import { addMetrics } from './target/metrics.ts'
import { Platform } from './target/platform.ts'
import { addProjects } from './target/projects.ts'

export default {
  conditions: Object.keys(CONDITIONS),

  async start({ host, port, condition, seed }) {
    const settings = settingsOf(CONDITIONS, condition)
    const app = await createServer()
    const platform = new Platform(settings, seed, systemTimers)
    app.addHook('onClose', async () => platform.stop())
    await app.register(async (site) => {
      admitThroughFleet(site, platform)
      addFrontEnd(site)
      addLogin(site, platform)
      await site.register(async (api) => {
        demandToken(api, platform)
        addAi(api, platform)
        addAgents(api, platform)
        const projects = addProjects(api)
        const collaboration = addCollaboration(api, platform)
        addMetrics(app, platform, {
          projects,
          collaboration,
          sockets: () => app.websocketServer.clients.size,
        })
      })
    })
    return listen(app, port, host)
  },
} satisfies ModelTargetModule
