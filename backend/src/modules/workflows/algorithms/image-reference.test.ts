import { describe, expect, test } from 'vitest'
import { isImageAllowed, problemOfImage } from './image-reference.ts'

const digest = `sha256:${'0a'.repeat(32)}`

describe('an image', () => {
  test.each([
    `registry.example.org/group/name@${digest}`,
    `localhost:5000/name@${digest}`,
    `registry.example.org:5000/a/b.c/d_e__f-g@${digest}`,
    `name@${digest}`,
  ])('%s is named by its digest', (image) => {
    expect(problemOfImage(image)).toBeUndefined()
  })

  test.each([
    ['registry.example.org/name:latest', /names the tag "latest".*by its digest/],
    ['localhost:5000/name:1.2', /names the tag "1\.2"/],
    ['registry.example.org/name', /has no digest/],
    ['localhost:5000/name', /has no digest/],
    [`registry.example.org/name:1@${digest}`, /tag "1" beside the digest: leave the tag out, "registry/],
    ['registry.example.org/name@sha256:abc', /64 hexadecimal digits/],
    [`registry.example.org/name@sha256:${'A'.repeat(64)}`, /64 hexadecimal digits/],
    [`registry.example.org/name@sha512:${'a'.repeat(128)}`, /not sha256/],
    [`registry.example.org/Name@${digest}`, /no registry can have/],
    [`registry.example.org//name@${digest}`, /no registry can have/],
    [`https://registry.example.org/name@${digest}`, /no registry can have/],
    [`registry.example.org/../name@${digest}`, /no registry can have/],
    [` registry.example.org/name@${digest}`, /no registry can have/],
    [`registry.example.org/name@${digest}@${digest}`, /64 hexadecimal digits/],
    [`@${digest}`, /no registry can have/],
    ['', /has no digest/],
  ])('%s is refused with the way out', (image, problem) => {
    expect(problemOfImage(image)).toMatch(problem)
  })
})

describe('a prefix', () => {
  test.each([
    ['registry.example.org', 'registry.example.org/group/name', true],
    ['registry.example.org/', 'registry.example.org/group/name', true],
    ['registry.example.org/group', 'registry.example.org/group/name', true],
    ['registry.example.org/group/name', 'registry.example.org/group/name', true],
    ['registry.example.org/group', 'registry.example.org/group2/name', false],
    ['registry.example.org', 'registry.example.org.evil.net/name', false],
    ['registry.example.org', 'registry.example.org:5000/name', false],
    ['registry.example.org/group/name/', 'registry.example.org/group', false],
    ['', 'registry.example.org/name', false],
    ['/', 'registry.example.org/name', false],
  ])('"%s" allows %s: %s', (prefix, name, allowed) => {
    expect(isImageAllowed(`${name}@${digest}`, [prefix])).toBe(allowed)
  })

  test('is needed: an empty list allows nothing', () => {
    expect(isImageAllowed(`registry.example.org/name@${digest}`, [])).toBe(false)
  })
})
