"""A whole job: makes short texts, counts their words, and learns to tell complaints from praise with scikit-learn."""

import seebench_guest as guest

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

guest.imports_done()

TEXTS = guest.params["texts"]
GOOD = ("fast", "kind", "great", "clean", "warm")
BAD = ("slow", "rude", "broken", "late", "cold")

texts = [
    " ".join((GOOD if i % 3 else BAD)[(i * j) % 5] + f" word{i * j % 211}" for j in range(1, 9)) for i in range(TEXTS)
]
labels = [int(i % 3 > 0) for i in range(TEXTS)]
counts = CountVectorizer().fit_transform(texts)
cut = TEXTS * 4 // 5
model = MultinomialNB().fit(counts[:cut], labels[:cut])
guest.digest([counts.shape[1], int(model.predict(counts[cut:]).sum())])
