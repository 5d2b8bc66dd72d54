import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const preamblePath = '/react-refresh-preamble.js'

/**
 * Moves the inline script that React's hot reload needs into a file: the content security policy, the
 * same in development, allows no inline script.
 */
function externalPreamble(): Plugin {
  let preamble = ''
  return {
    name: 'fairlead:external-preamble',
    apply: 'serve',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html.replace(/<script type="module">([\s\S]*?)<\/script>/, (_match, code: string) => {
          preamble = code
          return `<script type="module" src="${preamblePath}"></script>`
        }),
    },
    configureServer(server) {
      server.middlewares.use(preamblePath, (_request, response) => {
        response.setHeader('content-type', 'text/javascript').end(preamble)
      })
    },
  }
}

export default defineConfig({
  plugins: [react(), externalPreamble()],
  build: {
    target: 'es2023',
    // Old targets would have light-dark() rewritten to variables that nothing sets.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // A font or an icon inlined as data: would need a looser policy for no gain.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
})
