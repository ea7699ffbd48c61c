"""The list of models."""

from openai import OpenAI

client = OpenAI()
for model in client.models.list():
    print(model.id, model.object)
print([model.id for model in client.models.list().data])
