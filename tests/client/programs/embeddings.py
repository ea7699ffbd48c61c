"""Embeddings, and the similarity of texts."""

from openai import OpenAI

client = OpenAI()
texts = ["cat", "kitten", "car"]
response = client.embeddings.create(model="text-embedding-3-small", input=texts, dimensions=4)
vectors = [item.embedding for item in response.data]
print(response.model, response.usage.prompt_tokens, [item.index for item in response.data])
for vector in vectors:
    print(len(vector), sum(a * b for a, b in zip(vectors[0], vector, strict=True)))
one = client.embeddings.create(model="text-embedding-3-small", input="cat", encoding_format="base64")
print(one.data[0].embedding)
