import { expect, test } from 'vitest'
import { shouldToast } from './should-toast'

const notification = { quiet: false, link: '/o/lab/jobs/7', readTime: undefined }
const looking = { hidden: false, path: '/o/lab/jobs' }

test.each([
  ['whoever is on another page', notification, looking, true],
  ['whoever is on another page about something without one', { ...notification, link: '' }, looking, true],
  ['nobody in quiet hours', { ...notification, quiet: true }, looking, false],
  ['nobody behind another tab', notification, { ...looking, hidden: true }, false],
  ['nobody who looks at the page', notification, { ...looking, path: '/o/lab/jobs/7' }, false],
  [
    'nobody who looks at a part of the page',
    { ...notification, link: '/o/lab/jobs/7?task=2#log' },
    { ...looking, path: '/o/lab/jobs/7' },
    false,
  ],
  ['nobody who has read it elsewhere', { ...notification, readTime: new Date(0) }, looking, false],
])('a toast interrupts %s', (_, told, where, expected) => {
  expect(shouldToast(told, where)).toBe(expected)
})
