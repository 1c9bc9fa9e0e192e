// What the library's own declarations speak of: images and datasets, rejection, the dials, architectures.
@_exported import Classifiers
@_exported import Generation
@_exported import Images
@_exported import Models
@_exported import PixelCNN
@_exported import Training
@_exported import VQVAE
