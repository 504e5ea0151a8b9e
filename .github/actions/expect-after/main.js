// All of it happens in post.js.
