"""What lies in a folder of texts? Files that become documents, and the lists beside them."""
