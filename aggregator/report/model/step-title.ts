/** A step as readers know it. A request without a name of its own is called by its method and path: that says it once. */
export function stepTitle({ method, name }: { method?: string | undefined; name: string }): string {
  return method === undefined || method === '' || namesMethod(method, name) ? name : `${method} ${name}`
}

/** The same in two parts, of which the first may be set apart. */
export function stepParts({
  method,
  name,
}: {
  method: string
  name: string
}): [method: string, rest: string] {
  return [method, namesMethod(method, name) ? name.slice(method.length + 1) : name]
}

function namesMethod(method: string, name: string): boolean {
  return name.startsWith(`${method} `)
}
