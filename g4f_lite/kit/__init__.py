"""The kit for authors of providers: text decoding (`text`) and the HTTP exchange (`http`)."""
