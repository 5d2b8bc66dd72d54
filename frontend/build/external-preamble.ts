import type { Plugin } from 'vite'

const preamblePath = '/react-refresh-preamble.js'

/**
 * Moves the inline script that React's hot reload needs into a file: the content security policy, the
 * same in development, allows no inline script.
 */
export function externalPreamble(): Plugin {
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
