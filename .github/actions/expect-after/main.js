// Empty: post.js does all the work.
