import type { Page } from '@playwright/test'
import axe from 'axe-core'

declare global {
  interface Window {
    axe?: typeof axe
  }
}

/**
 * Serious and critical violations of all of axe's rules, or of the given ones alone. axe is loaded once into a document:
 * that is a third of the work of its wrapper for Playwright, which loads it anew each time, and once more into a tab of
 * its own, for the sake of frames. Our pages have none.
 */
export async function graveViolations(page: Page, rules: readonly string[]): Promise<string[]> {
  if (page.frames().length > 1) throw new Error(`${page.url()} has a frame, into which nobody looks`)
  // Colours that change do so by transitions, also where those are as good as off, and what inherits them changes later.
  await page.waitForFunction(() => !document.getAnimations().some((each) => each instanceof CSSTransition))
  if (await page.evaluate(() => window.axe === undefined)) await page.evaluate(axe.source)
  const violations = await page.evaluate(async (values) => {
    if (window.axe === undefined) throw new Error('axe did not stay in the page')
    const { violations: found } = await window.axe.run(document, {
      resultTypes: ['violations'],
      ...(values.length === 0 ? {} : { runOnly: { type: 'rule', values: [...values] } }),
    })
    return found.map(({ id, impact, nodes }) => ({ id, impact, html: nodes.map(({ html }) => html) }))
  }, rules)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, html }) => `${id}: ${html.map((each) => each.slice(0, 200)).join(', ')}`)
}
