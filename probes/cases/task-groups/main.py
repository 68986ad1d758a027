"""A whole job: makes customers, reduces their columns, and puts them into groups with scikit-learn."""

import seebench_guest as guest

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

guest.imports_done()

ROWS = guest.params["rows"]

random = np.random.default_rng(23)
centres = random.normal(0, 8, size=(5, 10))
customers = np.concatenate([random.normal(centre, 1, size=(ROWS // 5, 10)) for centre in centres])
reduced = PCA(n_components=4, svd_solver="full").fit_transform(customers)
groups = KMeans(n_clusters=5, n_init=3, random_state=7).fit_predict(reduced)
guest.digest(sorted(np.bincount(groups).tolist()))
