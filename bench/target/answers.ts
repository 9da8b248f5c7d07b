/** What the target answers to the journey's three requests. */
export const ANSWERS = {
  'POST /login': JSON.stringify({ token: 'b7e23ec29af22b0b4e41da31e868d572', expiresIn: 3_600 }),
  'GET /items/7': JSON.stringify({ id: 7, name: 'Lamp', price: 24.5, stock: 113, tags: ['home', 'light'] }),
  'POST /orders': JSON.stringify({ id: 90_210, state: 'accepted', total: 49 }),
}

export type Route = keyof typeof ANSWERS
